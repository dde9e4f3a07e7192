"""Long hostile runs against a gateway that runs: `scripts/torture`. Their short versions are among the tests."""
