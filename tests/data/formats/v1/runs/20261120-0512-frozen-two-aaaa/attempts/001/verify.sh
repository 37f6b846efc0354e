#!/usr/bin/env bash
set -euo pipefail
grep -q hello hello.txt && test -e go
