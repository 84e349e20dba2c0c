# frozen_string_literal: true

$stdout.sync = true
$LOAD_PATH.unshift File.expand_path('lib', __dir__)

require 'service'

run Service
