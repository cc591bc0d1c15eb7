package dev.amishare.ledger;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** The condition of a write: that all parts of the item are what they were when it was read. */
record Condition(String expression, Map<String, String> names, @Nullable Map<String, AttributeValue> values) {
    static Condition unchanged(Map<String, AttributeValue> item) {
        StringBuilder expression = new StringBuilder();
        Map<String, String> names = new HashMap<>();
        Map<String, AttributeValue> values = new HashMap<>();
        for (String part : List.of(Items.COMMITTED, Items.CLAIM, Items.FORMER)) {
            expression.append(expression.isEmpty() ? "" : " AND ");
            names.put("#" + part, part);
            AttributeValue value = item.get(part);
            if (value == null) {
                expression.append("attribute_not_exists(#").append(part).append(")");
            } else {
                expression.append("#").append(part).append(" = :").append(part);
                values.put(":" + part, value);
            }
        }
        // DynamoDB refuses an empty map of values.
        return new Condition(expression.toString(), names, values.isEmpty() ? null : values);
    }
}
