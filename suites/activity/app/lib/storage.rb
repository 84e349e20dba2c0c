# frozen_string_literal: true

require 'json'

# Where activities live: in memory, seeded from a file, gone with the container.
# Nothing else in the service knows that; another store needs these methods only.
class Storage
  def initialize(seed)
    @activities = JSON.parse(File.read(seed)).to_h { |activity| [activity['activity_id'], activity] }
  end

  # The activity with this id, or nil.
  def find(id)
    @activities[id]
  end

  # Adds the activity, or puts it in the place of the one with the same id.
  def put(activity)
    @activities[activity['activity_id']] = activity
  end

  # Removes the activity and gives it back, or nil.
  def delete(id)
    @activities.delete(id)
  end

  # Every activity for which the block is true, oldest first.
  def select(&block)
    @activities.values.select(&block).sort_by { |activity| activity.values_at('date', 'activity_id') }
  end
end
