"""Tagged graph -> attack chains: the engine that the plug-ins in `correlators/` run on."""
