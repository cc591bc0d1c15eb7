package dev.amishare.plan;

import dev.amishare.ledger.Share;
import java.util.List;

/**
 * A Region to share in.
 *
 * @param keyArn the key to share under there
 * @param shares what the ledger holds under that key
 */
public record Place(String region, String keyArn, List<Share> shares) {
    public Place {
        shares = List.copyOf(shares);
    }
}
