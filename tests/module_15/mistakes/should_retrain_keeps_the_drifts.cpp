  
  if (trigger.remaining > 0) {
    --trigger.remaining;
    return false;
  }
  trigger.drifts = drifted ? trigger.drifts + 1 : 0;
  if (trigger.drifts < trigger.patience) return false;
  
  trigger.remaining = trigger.cooldown;
  return true;
