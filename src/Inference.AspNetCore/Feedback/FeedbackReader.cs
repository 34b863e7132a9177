using System.Globalization;
using System.Text.Json;
using Inference.AspNetCore.Protocol;
using Inference.Feedback;

namespace Inference.AspNetCore.Feedback;

/// <summary>Reads reports of feedback: an object, an array of objects, or an object with the array in its field <c>reports</c>.</summary>
internal ref struct FeedbackReader
{
    private readonly OpenInferenceLimits _limits;
    private readonly List<FeedbackReport> _reports;
    private Utf8JsonReader _reader;

    private FeedbackReader(ReadOnlySpan<byte> json, OpenInferenceLimits limits)
    {
        _limits = limits;
        _reports = [];
        _reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = limits.MaxJsonDepth });
    }

    /// <exception cref="RequestFault">The body is malformed.</exception>
    public static List<FeedbackReport> Read(ReadOnlySpan<byte> json, OpenInferenceLimits limits)
    {
        var reader = new FeedbackReader(json, limits);
        try
        {
            reader.Read();
            return reader._reports;
        }
        catch (JsonException exception)
        {
            throw new RequestFault(FaultKind.InvalidArgument, $"The body is not valid JSON: {exception.Message}", exception);
        }
        catch (InvalidOperationException exception)
        {
            throw new RequestFault(FaultKind.InvalidArgument, "The body is not valid JSON: a text is not UTF-8, or has half of a surrogate pair.", exception);
        }
    }

    private void Read()
    {
        _reader.Read();
        if (_reader.TokenType == JsonTokenType.StartArray)
        {
            ReadArray();
        }
        else
        {
            ReadObject(isOutermost: true);
        }

        _reader.Read();
    }

    private void ReadArray()
    {
        while (_reader.Read() && _reader.TokenType != JsonTokenType.EndArray)
        {
            if (_reports.Count == _limits.MaxItems)
            {
                RequestFault.Throw($"Expected at most {_limits.MaxItems} reports, got more.");
            }

            ReadObject(isOutermost: false);
        }
    }

    private void ReadObject(bool isOutermost)
    {
        if (_reader.TokenType != JsonTokenType.StartObject)
        {
            RequestFault.Throw("A report: expected an object with 'prediction_id' and 'value'.");
        }

        Guid id = Guid.Empty;
        FeedbackValue? value = null;
        string name = FeedbackReport.Label;
        int row = 0;
        DateTimeOffset? at = null;
        bool isList = false;
        while (_reader.Read() && _reader.TokenType == JsonTokenType.PropertyName)
        {
            if (isOutermost && _reader.ValueTextEquals("reports"u8))
            {
                isList = true;
                _reader.Read();
                if (_reader.TokenType != JsonTokenType.StartArray)
                {
                    RequestFault.Throw("Field 'reports': expected an array.");
                }

                ReadArray();
            }
            else if (_reader.ValueTextEquals("prediction_id"u8))
            {
                _reader.Read();
                if (_reader.TokenType != JsonTokenType.String || !Guid.TryParse(_reader.GetString(), out id))
                {
                    RequestFault.Throw("Field 'prediction_id': expected the identifier of an answer's parameter 'prediction_id'.");
                }
            }
            else if (_reader.ValueTextEquals("value"u8))
            {
                _reader.Read();
                value = Value();
            }
            else if (_reader.ValueTextEquals("name"u8))
            {
                _reader.Read();
                name = Text("Field 'name'");
            }
            else if (_reader.ValueTextEquals("row"u8))
            {
                _reader.Read();
                if (_reader.TokenType != JsonTokenType.Number || !_reader.TryGetInt32(out row))
                {
                    RequestFault.Throw("Field 'row': expected a whole number from 0.");
                }
            }
            else if (_reader.ValueTextEquals("at"u8))
            {
                _reader.Read();
                at = Time();
            }
            else
            {
                _reader.Read();
                _reader.Skip();
            }
        }

        if (isList)
        {
            return;
        }

        if (id == Guid.Empty || value is null)
        {
            RequestFault.Throw("A report: expected the fields 'prediction_id' and 'value'.");
        }

        _reports.Add(new FeedbackReport(id, value!.Value) { Name = name, Row = row, At = at });
    }

    private readonly FeedbackValue Value()
    {
        switch (_reader.TokenType)
        {
            case JsonTokenType.True:
                return true;
            case JsonTokenType.False:
                return false;
            case JsonTokenType.Number when _reader.TryGetDouble(out double number) && double.IsFinite(number):
                return number;
            case JsonTokenType.String when _reader.GetString() is { Length: <= FeedbackValue.MaxTextLength } text:
                return text;
            default:
                throw new RequestFault(FaultKind.InvalidArgument, $"Field 'value': expected a number, true, false or a text of at most {FeedbackValue.MaxTextLength} characters.");
        }
    }

    private readonly DateTimeOffset? Time()
    {
        if (_reader.TokenType == JsonTokenType.Null)
        {
            return null;
        }

        return _reader.TokenType == JsonTokenType.String && DateTimeOffset.TryParse(_reader.GetString(), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset time)
            ? time
            : throw new RequestFault(FaultKind.InvalidArgument, "Field 'at': expected a time such as 2026-01-31T23:59:59Z.");
    }

    private readonly string Text(string what) => _reader.TokenType == JsonTokenType.String && _reader.GetString() is { Length: > 0 and <= FeedbackReport.MaxNameLength } text
        ? text
        : throw new RequestFault(FaultKind.InvalidArgument, $"{what}: expected a text of 1 to {FeedbackReport.MaxNameLength} characters.");
}
