"""Responses that mean harm."""
