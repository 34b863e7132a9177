using System.Buffers;
using Grpc.Core;
using Inference.AspNetCore.Protocol;
using RpcStatus = Grpc.Core.Status;

namespace Inference.AspNetCore.Grpc;

/// <summary>Writes a ModelInferResponse: raw contents, copied once, from the tensors into the response.</summary>
internal static class InferResultWriter
{
    private const string PredictionId = "prediction_id";

    /// <summary>Writes a result and disposes it.</summary>
    public static void Write(InferResult result, SerializationContext context)
    {
        using (result)
        {
            long length = Size(result);
            if (length > int.MaxValue)
            {
                throw new RpcException(new RpcStatus(StatusCode.ResourceExhausted, $"The outputs take {length} bytes; a gRPC message holds at most {int.MaxValue}. Request fewer outputs or rows."));
            }

            context.SetPayloadLength((int)length);
            Write(result, context.GetBufferWriter());
            context.Complete();
        }
    }

    private static long Size(InferResult result)
    {
        long size = WireWriter.TextSize(result.ModelName) + WireWriter.TextSize(result.ModelVersion) + WireWriter.TextSize(result.Id ?? "");
        size += result.PredictionId is null ? 0 : WireWriter.BytesSize(ParameterSize);
        foreach (ResultTensor output in result.Outputs)
        {
            size += WireWriter.BytesSize(HeaderSize(output)) + WireWriter.BytesSize(RawOutput.Size(output.Value));
        }

        return size;
    }

    // Key and value of the map's entry; the value is a message with one text of 36 characters.
    private static long ParameterSize => WireWriter.TextSize(PredictionId) + WireWriter.BytesSize(WireWriter.BytesSize(36));

    private static long HeaderSize(in ResultTensor output)
    {
        int shape = WireWriter.PackedSize(output.Value.Shape);
        return WireWriter.TextSize(output.Name) + WireWriter.TextSize(Datatypes.Name(output.Value.ElementType)!) + (shape == 0 ? 0 : WireWriter.BytesSize(shape));
    }

    private static void Write(InferResult result, IBufferWriter<byte> to)
    {
        WireWriter.Text(to, 1, result.ModelName);
        WireWriter.Text(to, 2, result.ModelVersion);
        WireWriter.Text(to, 3, result.Id ?? "");
        if (result.PredictionId is { } id)
        {
            WireWriter.BytesHeader(to, 4, ParameterSize);
            WireWriter.Text(to, 1, PredictionId);
            WireWriter.BytesHeader(to, 2, WireWriter.BytesSize(36));
            WireWriter.Text(to, 3, id.ToString("D"));
        }

        foreach (ResultTensor output in result.Outputs)
        {
            WireWriter.BytesHeader(to, 5, HeaderSize(output));
            WireWriter.Text(to, 1, output.Name);
            WireWriter.Text(to, 2, Datatypes.Name(output.Value.ElementType)!);
            WireWriter.Packed(to, 3, output.Value.Shape);
        }

        foreach (ResultTensor output in result.Outputs)
        {
            WireWriter.BytesHeader(to, 6, RawOutput.Size(output.Value));
            RawOutput.Write(to, output.Value);
        }
    }
}
