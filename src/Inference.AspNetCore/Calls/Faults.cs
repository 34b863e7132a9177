using Inference.AspNetCore.Protocol;
using Microsoft.AspNetCore.Http;

namespace Inference.AspNetCore.Calls;

/// <summary>What a caller is told of an exception.</summary>
internal static class Faults
{
    /// <summary>The fault of an exception. The text of exceptions that are not ours stays in the log.</summary>
    public static RequestFault Of(Exception exception) => exception switch
    {
        RequestFault fault => fault,
        InvalidInputException => new(FaultKind.InvalidArgument, exception.Message, exception),
        OverloadedException => new(FaultKind.Overloaded, exception.Message, exception),
        DeadlineExceededException => new(FaultKind.DeadlineExceeded, exception.Message, exception),
        OperationCanceledException => new(FaultKind.Cancelled, "The call was cancelled.", exception),
        BadHttpRequestException { StatusCode: StatusCodes.Status413PayloadTooLarge } => new(FaultKind.TooLarge, exception.Message, exception),
        BadHttpRequestException { StatusCode: StatusCodes.Status408RequestTimeout } => new(FaultKind.TooSlow, exception.Message, exception),
        BadHttpRequestException => new(FaultKind.InvalidArgument, exception.Message, exception),
        ModelLoadException => new(FaultKind.Unavailable, "The model could not be loaded; the server's log has the details.", exception),
        ObjectDisposedException => new(FaultKind.Unavailable, "The model was closed. Retry later.", exception),
        InferenceException => new(FaultKind.Internal, exception.Message, exception),
        _ => new(FaultKind.Internal, "The call failed by an error of the server; its log has the details.", exception),
    };
}
