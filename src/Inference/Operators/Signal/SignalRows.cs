namespace Inference.Operators.Signal;

/// <summary>The operators of this family: domain, name, first opset, rules of the inputs, constructor.</summary>
internal static class SignalRows
{
    internal static readonly OperatorEntry[] Entries =
    [
        new("", "BlackmanWindow", 17, "size:index[]|[1]", n => new WindowOperator(n, 0.42, 0.5, 0.08)),
        new("", "DFT", 17, "input:floating[_,*,_] dft_length?:index[]|[1] axis?:index[]|[1]", n => new Dft(n)),
        new("", "HammingWindow", 17, "size:index[]|[1]", n => new WindowOperator(n, 25.0 / 46, 21.0 / 46, 0)),
        new("", "HannWindow", 17, "size:index[]|[1]", n => new WindowOperator(n, 0.5, 0.5, 0)),
        new("", "MelWeightMatrix", 17, "num_mel_bins:index[]|[1] dft_length:index[]|[1] sample_rate:index[]|[1] lower_edge_hertz:floating[]|[1] upper_edge_hertz:floating[]|[1]", n => new MelWeightMatrix(n)),
        new("", "STFT", 17, "signal:T=floating[_,_]|[_,_,_] frame_step:index[]|[1] window?:T[_] frame_length?:index[]|[1]", n => new Stft(n)),
    ];
}
