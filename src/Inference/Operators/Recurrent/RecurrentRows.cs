namespace Inference.Operators.Recurrent;

/// <summary>The operators of this family: domain, name, first opset, rules of the inputs, constructor.</summary>
internal static class RecurrentRows
{
    internal static readonly OperatorEntry[] Entries =
    [
        new("", "GRU", 1, "X:T=floating[_,_,I] W:T[D,_,I] R:T[D,_,H] B?:T[D,_] sequence_lens?:int32[_] initial_h?:T[_,_,H]", (n, t) => new RecurrentOperator(n, CellKind.Gru, t), OperatorTraits.Floating),
        new("", "LSTM", 1, "X:T=floating[_,_,I] W:T[D,_,I] R:T[D,_,H] B?:T[D,_] sequence_lens?:int32[_] initial_h?:T[_,_,H] initial_c?:T[_,_,H] P?:T[D,_]", (n, t) => new RecurrentOperator(n, CellKind.Lstm, t), OperatorTraits.Floating),
        new("", "RNN", 1, "X:T=floating[_,_,I] W:T[D,_,I] R:T[D,_,H] B?:T[D,_] sequence_lens?:int32[_] initial_h?:T[_,_,H]", (n, t) => new RecurrentOperator(n, CellKind.Rnn, t), OperatorTraits.Floating),
        new(Domains.Microsoft, "DynamicQuantizeLSTM", 1, "X:float[_,_,I] W:A=byte[D,I,_] R:B=byte[D,H,_] B?:float[D,_] sequence_lens?:int32[_] initial_h?:float[_,_,H] initial_c?:float[_,_,H] P?:float[D,_] W_scale:float[D]|[D,_] W_zero_point:A[D]|[D,_] R_scale:float[D]|[D,_] R_zero_point:B[D]|[D,_]", (n, t) => new DynamicQuantizeLstm(n, t)),
    ];
}
