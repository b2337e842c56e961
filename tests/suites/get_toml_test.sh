#!/bin/sh
# Brings the cases of toml-test into Go's module cache, where test_toml.py finds them. Needs Go and the network, once.
# SPDX-License-Identifier: Apache-2.0
set -eu
exec go mod download github.com/toml-lang/toml-test/v2@v2.2.0
