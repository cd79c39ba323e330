  state.bad = loss < state.best - state.min_improvement ? 0 : state.bad + 1;
  state.best = std::min(state.best, loss);
  return state.patience > 0 && state.bad >= state.patience;
