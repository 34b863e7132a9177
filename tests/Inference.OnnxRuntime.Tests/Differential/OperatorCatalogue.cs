using Inference.OnnxRuntime.Tests.Differential.Catalogue;

namespace Inference.OnnxRuntime.Tests.Differential;

/// <summary>Every operator that is compared.</summary>
internal static class OperatorCatalogue
{
    public static IReadOnlyList<OperatorCases> All { get; } =
    [
        .. UnaryCases.All,
        .. BinaryCases.All,
        .. ReductionCases.All,
        .. ShapeCases.All,
        .. LayoutCases.All,
        .. IndexingCases.All,
        .. ScatterCases.All,
        .. ResizeCases.All,
        .. RegionCases.All,
        .. SignalCases.All,
        .. ProductCases.All,
        .. WindowCases.All,
        .. NormalizationCases.All,
        .. QuantizationCases.All,
        .. RecurrentCases.All,
        .. MlCases.All,
        .. LabelCases.All,
        .. SvmCases.All,
        .. TreeCases.All,
        .. ContribCases.All,
        .. AttentionCases.All,
        .. ContribTensorCases.All,
        .. MultiHeadCases.All,
        .. SequenceCases.All,
        .. ControlFlowCases.All,
        .. TextCases.All,
        .. ExpertCases.All,
        .. RandomCases.All,
        .. StandardAttentionCases.All,
        .. QuantizedContribCases.All,
    ];

    public static OperatorCases Find(string name) => All.First(cases => cases.Name == name);
}
