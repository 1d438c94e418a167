package io.github.logitlens.weights.hub;

/// A file on the hub, as the hub's headers describe it.
///
/// @param name   inside the repository
/// @param commit of the revision asked for, 40 hexadecimal digits
/// @param etag   what its blob is called
/// @param bytes  its size, -1 if the server does not say
record RemoteFile(String name, String commit, String etag, long bytes) {
}
