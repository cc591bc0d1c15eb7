package dev.amishare.ami;

/** How the encrypted image comes about. */
public enum Way {
    /** Each snapshot is copied under the share key, and an image like the source is registered from the copies. */
    SNAPSHOTS,
    /** EC2 copies the whole image: keeps billing codes, and works for images of other owners. */
    COPY_IMAGE,
    /** The source is wholly under the share key: an image is registered from the same snapshots, nothing is copied. */
    SAME_SNAPSHOTS,
    /** The source is gone, its shared image stands: somebody is added to it, nothing can be made. */
    STANDING
}
