// Collects sound into frames of 512 samples; runs on the browser's audio thread.
class Frames extends AudioWorkletProcessor {
  #frame = [];

  process([[channel]]) {
    if (channel) {
      this.#frame.push(...channel);
      if (this.#frame.length >= 512) this.port.postMessage(this.#frame.splice(0, 512));
    }
    return true;
  }
}

registerProcessor('frames', Frames);
