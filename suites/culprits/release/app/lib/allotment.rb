# frozen_string_literal: true

require 'json'
require 'sinatra/base'
require_relative 'beds'

# Who grows what: beds as JSON, plans as YAML.
class Allotment < Sinatra::Base
  set :beds, Beds.new(File.read(File.join(__dir__, '..', 'beds.yaml')))
  set :show_exceptions, false
  set :raise_errors, false
  enable :dump_errors
  disable :protection

  before { content_type 'application/json; charset=utf-8' }

  get('/health') { JSON.generate(status: 'ok') }

  get('/beds') { JSON.generate(beds: settings.beds.names) }

  get('/plants') { JSON.generate(settings.beds.plants.sort.to_h) }

  get '/beds/:name' do
    JSON.generate(settings.beds.public(params['name']) || halt(404, JSON.generate(error: 'unknown_bed')))
  end

  put '/beds/:name' do
    wish = JSON.parse(request.body.read)
    settings.beds.put(params['name'], wish.fetch('plants'))
    JSON.generate(settings.beds.plants.sort.to_h)
  end

  # A plan of weeks in YAML, counted.
  post '/plans' do
    plan = YAML.load(request.body.read)
    status 201
    JSON.generate(weeks: plan.length, tasks: plan.values.flatten)
  end

  get('/leave') { redirect '/health', 303 }

  error JSON::ParserError do |error|
    halt 400, JSON.generate(error: 'invalid_json', message: error.message)
  end

  error Psych::Exception do |error|
    halt 422, JSON.generate(error: 'invalid_plan', message: error.message)
  end

  error KeyError do |error|
    halt 422, JSON.generate(error: 'missing', name: error.key)
  end

  error { halt 500, JSON.generate(error: 'unexpected') }
end
