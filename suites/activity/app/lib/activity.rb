# frozen_string_literal: true

require 'securerandom'
require 'time'

# One piece of exercise, as the API takes and gives it: a Hash with the keys
# activity_id, user_id, type, calories and date (ISO 8601, UTC).
module Activity
  TYPES = %w[ride row run swim walk yoga].freeze
  CALORIES = (0..20_000).freeze
  CHANGEABLE = %w[user_id type calories date].freeze
  PRIVATE = %w[activity_id user_id].freeze

  # Input that is well-formed but not an activity. `fields` says what is wrong
  # with which field.
  class Invalid < StandardError
    attr_reader :fields

    def initialize(fields)
      super('the activity is not valid')
      @fields = fields
    end
  end

  module_function

  # A new activity: the service gives the id, and the date unless there is one.
  def create(input)
    fields = changeable(input)
    fields['date'] ||= Time.now.utc.iso8601(3)
    check(fields)
    { 'activity_id' => SecureRandom.uuid }.merge(in_order(fields))
  end

  # The activity with every field replaced; it keeps its date unless told.
  def replace(activity, input)
    fields = { 'date' => activity['date'] }.merge(changeable(input))
    check(fields)
    { 'activity_id' => activity['activity_id'] }.merge(in_order(fields))
  end

  # The activity with only the given fields replaced.
  def amend(activity, input)
    replace(activity, activity.merge(changeable(input)))
  end

  # What may be shown to others: everything but who it was.
  def summary(activity)
    activity.except(*PRIVATE).merge('effort' => effort(activity['calories']))
  end

  def effort(calories)
    case calories
    when 0...200 then 'light'
    when 200...500 then 'moderate'
    else 'vigorous'
    end
  end

  def changeable(input)
    raise Invalid, { 'activity' => 'must be an object' } unless input.is_a?(Hash)

    input.slice(*CHANGEABLE)
  end

  def in_order(fields)
    CHANGEABLE.to_h { |name| [name, fields[name]] }
  end

  def check(fields)
    problems = {
      'user_id' => user_problem(fields['user_id']),
      'type' => type_problem(fields['type']),
      'calories' => calories_problem(fields['calories']),
      'date' => date_problem(fields['date'])
    }.compact
    raise Invalid, problems unless problems.empty?
  end

  def user_problem(user)
    'must be a non-empty string' unless user.is_a?(String) && !user.strip.empty?
  end

  def type_problem(type)
    "must be one of #{TYPES.join(', ')}" unless TYPES.include?(type)
  end

  def calories_problem(calories)
    return if calories.is_a?(Integer) && CALORIES.cover?(calories)

    "must be an integer from #{CALORIES.min} to #{CALORIES.max}"
  end

  def date_problem(date)
    Time.iso8601(date)
    nil
  rescue ArgumentError, TypeError
    'must be a date and time in ISO 8601'
  end
end
