package dev.amishare.ledger;

/**
 * What tells one share from another.
 *
 * @param keyArn the share key; all shares under it are one partition of the ledger, since they have its policy in common
 * @param imageName the shared image's name, unique in its account and Region
 */
public record ShareId(String keyArn, String imageName) {
    @Override
    public String toString() {
        return "image " + imageName + " under key " + keyArn;
    }
}
