"""Speed, memory and size, beside baselines measured in the same run; never a test."""
