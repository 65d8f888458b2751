"""The live wire: commands in, regions of pages out, catch-up by sequence."""
