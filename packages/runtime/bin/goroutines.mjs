#!/usr/bin/env node
// In the sources, so that a package manager finds it before anything is compiled.
import '../dist/cli/main.js';
