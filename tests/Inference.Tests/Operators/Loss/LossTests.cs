using static Inference.Tests.Operators.OperatorHarness;

namespace Inference.Tests.Operators.Loss;

public sealed class LossTests
{
    private static readonly Tensor s_logs = T([-1f, -2, -3, -4], 2, 2);
    private static readonly Tensor s_targets = T<long>([0, 1]);

    [Fact]
    public void NegativeLogLikelihood_NoneSumMean()
    {
        Near([1f, 4], [2], Run("NegativeLogLikelihoodLoss", [s_logs, s_targets], ("reduction", "none")));
        Near([5f], [], Run("NegativeLogLikelihoodLoss", [s_logs, s_targets], ("reduction", "sum")));
        Near([2.5f], [], Run("NegativeLogLikelihoodLoss", [s_logs, s_targets]));
    }

    [Fact]
    public void NegativeLogLikelihood_WeightsAndIgnored()
    {
        Near([3.25f], [], Run("NegativeLogLikelihoodLoss", [s_logs, s_targets, T([1f, 3])]));
        Near([4f], [], Run("NegativeLogLikelihoodLoss", [s_logs, T<long>([-1, 1])], ("ignore_index", -1L)));
    }

    [Fact]
    public void NegativeLogLikelihood_Space_PicksTheClassOfEachPlace() =>
        Near([1f, 4], [1, 2], Run("NegativeLogLikelihoodLoss", [T([-1f, -2, -3, -4], 1, 2, 2), T([0, 1], 1, 2)], ("reduction", "none")));

    [Fact]
    public void SoftmaxCrossEntropy_TakesTheLogSoftmaxFirst_AndGivesIt()
    {
        EngineValue?[] y = RunAll("SoftmaxCrossEntropyLoss", [T(new float[2], 1, 2), T<long>([1])], null, 2);
        Near([0.6931472f], [], (Tensor)y[0]!);
        Near([-0.6931472f, -0.6931472f], [1, 2], (Tensor)y[1]!);
    }

    [Fact]
    public void Loss_TargetBeyondTheClasses_IsNamed() =>
        Assert.EndsWith("input 1: expected targets in [0, 1], got 2.", Assert.Throws<InvalidInputException>(() => Run("NegativeLogLikelihoodLoss", [s_logs, T<long>([0, 2])])).Message);
}
