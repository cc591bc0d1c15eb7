package dev.amishare.aws;

/** A client of one service for each Region, made when it is first asked for. */
@FunctionalInterface
public interface Regional<C> {
    /** The client for {@code region}. */
    C in(String region);
}
