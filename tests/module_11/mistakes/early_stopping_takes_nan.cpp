  if (loss >= state.best - state.min_improvement) {
    ++state.bad;
  } else {
    state.best = loss;
    state.bad = 0;
  }
  return state.patience > 0 && state.bad >= state.patience;
