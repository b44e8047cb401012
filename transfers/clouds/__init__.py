"""CloudDrive2 in the platform: who has connected which server, how it is called, who holds its channel.

The protocol itself is in `transfers.clouddrive2`, which knows no Django.
"""
