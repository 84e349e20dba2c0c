# frozen_string_literal: true

require 'yaml'

# The beds of an allotment and what grows there.
class Beds
  def initialize(text)
    @beds = YAML.safe_load(text)
  end

  # A bed without what only its owner should see; nil where there is none.
  def public(name)
    @beds[name]&.except('note')
  end

  def names
    @beds.keys.sort
  end

  def put(name, plants)
    @beds[name] = { 'plants' => plants }
  end

  def plants
    @beds.values.flat_map { |bed| bed['plants'] }.tally
  end
end
