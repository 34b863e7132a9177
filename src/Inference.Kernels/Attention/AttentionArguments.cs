namespace Inference.Kernels.Attention;

/// <summary>
/// y[b,h,i] = Σ_j softmax_j(softcap(Scale · q[b,h,i]·k[b,h',j]) + mask[b,h,i,j]) · v[b,h',j], with h' = h · KeyHeads / Heads. Elements of
/// a head are contiguous; strides are in elements. Pointers are borrowed for the call; null means absent.
/// </summary>
internal unsafe struct AttentionArguments
{
    /// <summary>Queries: element d of (b, h, i) at b·QueryBatchStride + h·QueryHeadStride + i·QueryStride + d.</summary>
    public float* Query;

    /// <summary>Keys, addressed like queries.</summary>
    public float* Key;

    /// <summary>Values, addressed like queries.</summary>
    public float* Value;

    /// <summary>Result, addressed like queries; must not overlap the inputs.</summary>
    public float* Output;

    /// <summary>Added to the scores: element (b, h, i, j) at b·MaskBatchStride + h·MaskHeadStride + i·MaskQueryStride + j.</summary>
    public float* Mask;

    /// <summary>Batch entries.</summary>
    public int Batch;

    /// <summary>Query heads.</summary>
    public int Heads;

    /// <summary>Key and value heads; divides <see cref="Heads"/>.</summary>
    public int KeyHeads;

    /// <summary>Queries of a head.</summary>
    public int QueryLength;

    /// <summary>Keys of a head.</summary>
    public int KeyLength;

    /// <summary>Elements of a query and of a key.</summary>
    public int HeadSize;

    /// <summary>Elements of a value.</summary>
    public int ValueSize;

    /// <summary>Factor of the scores, usually 1/√HeadSize.</summary>
    public float Scale;

    /// <summary>Whether query i attends only to keys j ≤ i + <see cref="CausalOffset"/>.</summary>
    public bool Causal;

    /// <summary>See <see cref="Causal"/>: the keys before the first query's own.</summary>
    public int CausalOffset;

    /// <summary>The most keys that a causal query attends to, the last of those it may; 0 for all.</summary>
    public int Window;

    /// <summary>Scaled scores s become Softcap·tanh(s / Softcap) before the mask is added; 0 for none.</summary>
    public float Softcap;

    /// <summary>The exponent of a term of the softmax without a key, of head h at h·SinkHeadStride; null for none.</summary>
    public float* Sinks;

    /// <summary>See <see cref="Sinks"/>.</summary>
    public nint SinkHeadStride;

    /// <summary>Blocks of keys that queries attend to, in place of a mask; null for all. Needs <see cref="Causal"/>.</summary>
    public KeyBlocks* Blocks;

    /// <summary>What <see cref="MaskedKeys.Find"/> found for this mask earlier; null to look again.</summary>
    public float* Gaps;

    /// <summary>See <see cref="Query"/>.</summary>
    public nint QueryBatchStride;

    /// <summary>See <see cref="Query"/>.</summary>
    public nint QueryHeadStride;

    /// <summary>See <see cref="Query"/>.</summary>
    public nint QueryStride;

    /// <summary>As for queries.</summary>
    public nint KeyBatchStride;

    /// <summary>As for queries.</summary>
    public nint KeyHeadStride;

    /// <summary>As for queries.</summary>
    public nint KeyStride;

    /// <summary>As for queries.</summary>
    public nint ValueBatchStride;

    /// <summary>As for queries.</summary>
    public nint ValueHeadStride;

    /// <summary>As for queries.</summary>
    public nint ValueStride;

    /// <summary>As for queries.</summary>
    public nint OutputBatchStride;

    /// <summary>As for queries.</summary>
    public nint OutputHeadStride;

    /// <summary>As for queries.</summary>
    public nint OutputStride;

    /// <summary>See <see cref="Mask"/>; 0 shares the mask.</summary>
    public nint MaskBatchStride;

    /// <summary>See <see cref="Mask"/>; 0 shares the mask.</summary>
    public nint MaskHeadStride;

    /// <summary>See <see cref="Mask"/>; 0 shares the mask.</summary>
    public nint MaskQueryStride;
}
