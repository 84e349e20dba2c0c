# frozen_string_literal: true

require 'json'
require 'securerandom'
require 'sinatra/base'
require 'yaml'

require 'activity'
require 'listing'
require 'storage'
require 'totals'

# The activity API over HTTP. Every answer with a body is JSON.
class Service < Sinatra::Base
  SEED = File.expand_path('../data/activities.json', __dir__)

  set :storage, Storage.new(SEED)
  # The same answers in every RACK_ENV: errors go to the handlers below.
  set :raise_errors, false
  set :show_exceptions, false
  set :dump_errors, false

  before do
    content_type :json
    headers 'X-Request-Id' => request.env['HTTP_X_REQUEST_ID'] || SecureRandom.uuid
  end

  get '/health' do
    answer('status' => 'ok')
  end

  get '/activity/:id' do
    answer(activity)
  end

  get '/activity/:id/summary' do
    answer(Activity.summary(activity))
  end

  post '/activity' do
    created = storage.put(Activity.create(json))
    status 201
    headers 'Location' => url("/activity/#{created['activity_id']}")
    answer(created)
  end

  put '/activity/:id' do
    answer(storage.put(Activity.replace(activity, json)))
  end

  patch '/activity/:id' do
    answer(storage.put(Activity.amend(activity, json)))
  end

  delete '/activity/:id' do
    storage.delete(activity['activity_id'])
    status 204
  end

  get '/activities' do
    listing = Listing.new(params)
    answer(listing.page(storage.select { |activity| listing.include?(activity) }))
  end

  # Training plans are kept as YAML; all of a file is taken or nothing.
  post '/activities/import' do
    imported = planned.map { |entry| Activity.create(entry) }
    imported.each { |activity| storage.put(activity) }
    answer('imported' => imported.size, 'items' => imported)
  end

  get '/users/:id/totals' do
    activities = storage.select { |activity| activity['user_id'] == params['id'] }
    problem(404, 'unknown_user', "no activities of user #{params['id']}") if activities.empty?
    answer(Totals.of(params['id'], activities))
  end

  error JSON::ParserError do |error|
    problem(400, 'invalid_json', error.message)
  end

  error Psych::Exception do |error|
    problem(422, 'invalid_yaml', error.message)
  end

  error Activity::Invalid do |error|
    problem(422, 'invalid_activity', error.message, 'fields' => error.fields)
  end

  error Listing::Invalid do |error|
    problem(400, 'invalid_query', error.message)
  end

  error Sinatra::BadRequest do |error|
    content_type :json
    problem(400, 'bad_request', error.message)
  end

  error Sinatra::NotFound do
    problem(404, 'unknown_path', "nothing at #{request.path_info}")
  end

  error do |error|
    warn "#{error.class}: #{error.message}", error.backtrace.first(5)
    problem(500, error.class.name, error.message)
  end

  helpers do
    def storage
      settings.storage
    end

    def activity
      storage.find(params['id']) || problem(404, 'unknown_activity', "no activity #{params['id']}")
    end

    def body_text
      request.body.rewind
      text = request.body.read.force_encoding(Encoding::UTF_8)
      text.valid_encoding? ? text : problem(400, 'invalid_encoding', 'the body is not UTF-8')
    end

    def json
      JSON.parse(body_text)
    end

    # `load` is the safe one: plain data, no aliases.
    def planned
      plan = YAML.load(body_text)
      entries = plan['activities'] if plan.is_a?(Hash)
      entries.is_a?(Array) ? entries : raise(Activity::Invalid, { 'activities' => 'must be a list' })
    end

    def answer(value)
      JSON.generate(value)
    end

    def problem(code, name, message, details = {})
      halt code, answer({ 'error' => name, 'message' => message.scrub }.merge(details))
    end
  end
end
