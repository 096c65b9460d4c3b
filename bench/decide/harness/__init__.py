"""What bench/decide/run is made of: sections that measure, files of rows, tables."""
