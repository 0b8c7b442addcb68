"""Raw records -> typed events. Pure: no file is opened here."""
