package io.github.logitlens.weights.hub;

import java.util.Optional;

/// A file on the hub, as the hub's headers describe it.
///
/// @param name   inside the repository
/// @param commit of the revision asked for, 40 hexadecimal digits; that revision itself, if the server does not say
/// @param etag   what its blob is called
/// @param hash   what it has to hash to, as far as its entity tag tells
/// @param bytes  its size, -1 if the server does not say
record RemoteFile(String name, String commit, String etag, Optional<ContentHash> hash, long bytes) {

    /// The same file in a snapshot of another name.
    RemoteFile in(String snapshot) {
        return new RemoteFile(name, snapshot, etag, hash, bytes);
    }
}
