# frozen_string_literal: true

# What a user did altogether.
module Totals
  module_function

  def of(user, activities)
    calories = activities.sum { |activity| activity['calories'] }
    {
      'user_id' => user,
      'activities' => activities.size,
      'calories' => calories,
      'average' => (calories.to_f / activities.size).round(2),
      'by_type' => by_type(activities),
      'first' => activities.first['date'],
      'last' => activities.last['date']
    }
  end

  def by_type(activities)
    activities.group_by { |activity| activity['type'] }.sort.to_h do |type, group|
      [type, { 'activities' => group.size, 'calories' => group.sum { |activity| activity['calories'] } }]
    end
  end
end
