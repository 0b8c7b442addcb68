"""Events and rules -> hits -> tags. Pure, but for `catalog`, which reads the rule files."""
