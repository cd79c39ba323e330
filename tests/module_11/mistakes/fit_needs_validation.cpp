  if (batches < 1) throw std::invalid_argument("an epoch needs a batch");
  History history;
  for (std::int64_t epoch = 0; epoch < epochs && !history.stopped_early; ++epoch) {
    double sum = 0;
    for (std::int64_t batch = 0; batch < batches; ++batch) {
      const double loss = run.step(epoch, batch);
      ++history.steps;
      if (!std::isfinite(loss))
        throw std::runtime_error("step " + std::to_string(history.steps) + ": the loss is " +
                                 std::to_string(loss));
      sum += loss;
    }
    history.training.push_back(sum / static_cast<double>(batches));
    history.validation.push_back(run.validate());
    history.stopped_early = run.should_stop(history.validation.back());
  }
  return history;
