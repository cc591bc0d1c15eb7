package dev.amishare.plan;

import dev.amishare.keypolicy.Boundary;
import java.util.List;

/**
 * Where and how this product is deployed.
 *
 * @param region where source images are, and shared ones unless a request says otherwise
 * @param defaultKey the alias of the share key
 * @param instanceTypes what the verifier roles may ask for
 * @param maxPrincipals how many targets a request may itself name, so that no single one fills a key's policy; a profile's are not
 *     counted
 */
public record Deployment(
        String account,
        String region,
        String defaultKey,
        Boundary boundary,
        List<String> instanceTypes,
        int maxPrincipals) {}
