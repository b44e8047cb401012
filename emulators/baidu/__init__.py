"""A stand-in for the Baidu Netdisk open platform, as told by ``wire/baidu-netdisk.md``."""
