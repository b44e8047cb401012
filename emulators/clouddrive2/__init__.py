"""A stand-in for a CloudDrive2 server: gRPC, gRPC-Web, downloads and WebDAV on one port (wire/clouddrive2.md)."""
