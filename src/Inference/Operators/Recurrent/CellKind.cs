namespace Inference.Operators.Recurrent;

/// <summary>The recurrent operators.</summary>
internal enum CellKind
{
    /// <summary>One gate.</summary>
    Rnn = 1,

    /// <summary>Three gates: z, r, h.</summary>
    Gru = 3,

    /// <summary>Four gates: i, o, f, c.</summary>
    Lstm = 4,
}
