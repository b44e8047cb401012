"""The client of CloudDrive2 servers: gRPC, gRPC-Web and WebDAV. Knows no Django (wire/clouddrive2.md)."""
