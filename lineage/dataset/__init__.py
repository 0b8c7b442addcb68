"""Normalised events on disk: Parquet files by host, and what the report needs beside them."""
