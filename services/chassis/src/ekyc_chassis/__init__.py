"""What every eKYC process needs: serve, connect, typed errors, logs."""
