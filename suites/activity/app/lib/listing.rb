# frozen_string_literal: true

require 'time'

# The query of GET /activities: which activities, and which page of them.
class Listing
  LIMIT = 10
  LARGEST = 100

  # A query that cannot be answered; the message names the parameter.
  Invalid = Class.new(StandardError)

  def initialize(params)
    @equal = params.slice('type', 'user_id')
    @from = time(params, 'from')
    @to = time(params, 'to')
    @limit = number(params, 'limit', LIMIT, 1..LARGEST)
    @offset = number(params, 'offset', 0, 0..)
  end

  def include?(activity)
    date = Time.iso8601(activity['date'])
    @equal.all? { |name, value| activity[name] == value } &&
      (@from.nil? || date >= @from) &&
      (@to.nil? || date < @to)
  end

  # The page as the API gives it; `following` is the offset of the next one.
  def page(activities)
    items = activities.drop(@offset).first(@limit)
    following = @offset + items.size
    {
      'items' => items,
      'total' => activities.size,
      'limit' => @limit,
      'offset' => @offset,
      'next' => (following if following < activities.size && !items.empty?)
    }
  end

  private

  def time(params, name)
    Time.iso8601(params[name]) if params[name]
  rescue ArgumentError, TypeError
    raise Invalid, "#{name} must be a date and time in ISO 8601"
  end

  def number(params, name, default, range)
    value = Integer(params.fetch(name, default), 10) if params.key?(name)
    value ||= default
    raise Invalid, "#{name} is out of range" unless range.cover?(value)

    value
  rescue ArgumentError
    raise Invalid, "#{name} must be a whole number"
  end
end
