namespace Inference.Kernels.Attention;

/// <summary>What <see cref="AttentionScores"/> does to a block of scores, [rows, Columns], of keys of which the first of the block is key 0.</summary>
internal unsafe struct ScoreJob
{
    /// <summary>The products, which become terms.</summary>
    public float* Scores;

    /// <summary>Elements between rows of scores.</summary>
    public nint ScoreStride;

    /// <summary>Added to the scores; null for nothing.</summary>
    public float* Mask;

    /// <summary>Elements between rows of the mask.</summary>
    public nint MaskStride;

    /// <summary>[rows]: the largest score so far.</summary>
    public float* Max;

    /// <summary>[rows]: the sum of terms so far.</summary>
    public float* Sum;

    /// <summary>What earlier blocks gave.</summary>
    public float* Output;

    /// <summary>Elements between rows of the output.</summary>
    public nint OutputStride;

    /// <summary>Elements of a row of the output.</summary>
    public int ValueSize;

    /// <summary>Keys of the block.</summary>
    public int Columns;

    /// <summary>Keys from this block's first to the last of all.</summary>
    public int Left;

    /// <summary>Row r sees keys below Visible + r·VisibleStep.</summary>
    public int Visible;

    /// <summary>See <see cref="Visible"/>.</summary>
    public int VisibleStep;

    /// <summary>The most keys a row sees, its last ones; 0 for all.</summary>
    public int Window;

    /// <summary>Whether there are no earlier blocks.</summary>
    public bool First;

    /// <summary>Factor of the scores.</summary>
    public float Scale;

    /// <summary>See <see cref="AttentionArguments.Softcap"/>.</summary>
    public float Softcap;
}
