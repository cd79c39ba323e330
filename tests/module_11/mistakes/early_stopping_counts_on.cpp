  if (loss < state.best - state.min_improvement) {
    state.best = loss;
  } else {
    ++state.bad;
  }
  return state.patience > 0 && state.bad >= state.patience;
