# frozen_string_literal: true

require_relative 'lib/allotment'

run Allotment
