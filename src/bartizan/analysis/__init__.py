"""System → exposures → threats → vulnerabilities."""
