namespace Inference.Abstractions.Tests.Running;

public sealed class RunRecordTests
{
    [Fact]
    public void UsePredictionId_BeforeItIsRead_IsTheId()
    {
        var record = new RunRecord();
        Guid id = Guid.NewGuid();
        record.UsePredictionId(id);
        Assert.Equal(id, record.PredictionId);
        record.UsePredictionId(id);
    }

    [Fact]
    public void UsePredictionId_OtherThanTheOneThatWasRead_Throws()
    {
        var record = new RunRecord();
        _ = record.PredictionId;
        Assert.Throws<InvalidOperationException>(() => record.UsePredictionId(Guid.NewGuid()));
        Assert.Throws<ArgumentException>(() => new RunRecord().UsePredictionId(Guid.Empty));
    }
}
