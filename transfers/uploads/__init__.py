"""Uploads from browsers and API clients: tus 1.0 (https://tus.io/protocols/resumable-upload) at `/files/uploads/`.

`door` reads bodies on the event loop, `views` speak the protocol, `staging` puts bytes on disk, `services` make and remove uploads,
`finishing` turns a complete one into a library file or a transfer, `sweep` takes away what was left lying.
"""
